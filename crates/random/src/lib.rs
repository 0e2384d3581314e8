//! Random streams: PyTorch's CPU generator, NumPy's RandomState and keyed ChaCha streams, bit for bit.
