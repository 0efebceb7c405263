"""SQLAlchemy: the guarded dialect, the plugin of ``create_engine``, and ORM sessions. Nothing else imports it."""
