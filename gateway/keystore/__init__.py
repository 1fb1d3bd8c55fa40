"""The keys of one instance: what each is for, where its file is, and how it is made, written and read."""
