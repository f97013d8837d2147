"""Travel and documents: passenger messages, machine-readable zones, lost and stolen documents, crossings of borders."""
