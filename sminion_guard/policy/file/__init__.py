"""The sections of privacy.toml, each from its shape to values of the model."""
