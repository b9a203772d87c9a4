//! What the model has found, each by itself.
