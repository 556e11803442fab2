"""The bytes of a file to numbered rows, whatever form it has."""
