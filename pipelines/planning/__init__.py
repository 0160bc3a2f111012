"""Which training to fund first: frames in, a plan out. No Dagster, no DuckDB and no file is known here.

A knapsack with capacities. A batch of a programme is paid for whole and is open to all units. Seats are given to groups of
people of one unit who are alike in what a seat is worth for them. Everything is counted in whole seats, batches, rupiah and
millionths of value.
"""
