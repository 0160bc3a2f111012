"""The site of a release: static pages in Indonesian and English, made from its open database and nothing else of the data.

What small-cell suppression hides from the open marts can therefore be on no page. Pages are plain: a query (``queries/``), a text
(``texts/``), a template (``templates/``).
"""
