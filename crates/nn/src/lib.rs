//! Neural-network modules, layers, initialisers, losses and state dictionaries.
