"""The figures of the firearms lens: partial serials among ten million, and firearms traced in invented registers."""
