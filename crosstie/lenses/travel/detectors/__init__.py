"""The typologies of the field, one a file. All are written rules; none looks at religion, ethnicity, nationality or belief, and a person confirms each."""
