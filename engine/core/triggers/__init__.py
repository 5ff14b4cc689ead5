"""One file per event cause (message, timer, signal, …): how it is waited for and how it is thrown."""
