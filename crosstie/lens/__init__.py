"""What a lens must provide, how lenses are found, and the checks that every one of them passes."""
