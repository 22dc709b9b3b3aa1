"""What facts say: one sentence for each reader, each reader's in its own module."""
