"""Bringing data in: files of another system become rows of the ledger, and every row of the file is accounted for.

`source` reads files into rows of text · `mapping` says which column is what · `kinds` knows what can be imported ·
`fields` reads single cells · `reading` turns rows into records · `accounting` keeps the fate of every row · `suspicion`
finds what a spreadsheet did to codes · `references` compares records with the ledger · `applying` writes them ·
`telling` says it to a person.
"""
