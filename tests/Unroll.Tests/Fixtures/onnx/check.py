# Checks models with ONNX's own checker, types and shapes of all values included: check.py <folder> <results.json>
import glob
import json
import os
import sys

import onnx

folder, results = sys.argv[1:]
found = {}
for path in sorted(glob.glob(os.path.join(folder, "*.onnx"))):
    try:
        onnx.checker.check_model(path, full_check=True)
        found[os.path.basename(path)[:-5]] = ""
    except Exception as error:
        found[os.path.basename(path)[:-5]] = str(error)
with open(results, "w") as file:
    json.dump(found, file)
