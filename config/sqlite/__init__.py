"""Django's SQLite back end with connections that outlive a request."""
