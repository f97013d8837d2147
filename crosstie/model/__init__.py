"""The vocabulary: schemata, tables, evidence, grades and markings, spheres."""
