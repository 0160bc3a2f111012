"""From files that arrive to typed tables: discovery, readers, header mapping, parsing.

Belongs here: everything that depends on how offices write files.
Does not belong here: whether a value is good (``data_quality``), where rows are kept (``pipelines.lake``).
"""
