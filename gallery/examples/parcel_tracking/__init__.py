"""A parcel as states and transitions alone; its diagram is made from the table of states."""
