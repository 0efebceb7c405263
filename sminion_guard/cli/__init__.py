"""The command line: one module per command group. Commands call the packages and print; they decide nothing."""
