//! Files of named tensors: safetensors.
