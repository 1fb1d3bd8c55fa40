"""Non-interference as a test: two inside worlds that differ in hidden things only must look alike, byte for byte."""
