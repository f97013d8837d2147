"""Who is who, measured: data sets, generators, peers side by side and the measures they are judged by. `python -m bench.match`."""
