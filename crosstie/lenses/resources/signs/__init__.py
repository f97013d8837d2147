"""Signs on consignments, each a table `res_<sign>` (consignments.py): what detectors fold into findings and the targeting list into a rank."""
