"""Records preprocessing.json from scikit-learn, NumPy and keras_preprocessing, and copies Keras' windows and directories.

Run with Debian's python3-sklearn, python3-numpy and python3-keras-preprocessing:
    python3 record.py [keras-graph fixtures folder]
The versions stand in the file. Without the folder the parts "timeseries" and "text_dataset" are kept as they are.
"""
import json
import os
import sys

import keras_preprocessing
import numpy as np
import sklearn
from keras_preprocessing.sequence import TimeseriesGenerator
from sklearn import metrics
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder, MinMaxScaler, StandardScaler
from sklearn.utils.class_weight import compute_class_weight

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "preprocessing.json")
rng = np.random.RandomState(7)


def listed(x):
    return None if x is None else np.asarray(x).tolist()


def splits():
    cases = []
    for n, test_size, classes in [(10, 0.25, 2), (17, 0.2, 2), (100, 0.33, 3), (101, 0.1, 5), (50, 13, 3), (12, 0.5, 4)]:
        y = np.sort(rng.randint(0, classes, n))
        y[: 2 * classes] = np.repeat(np.arange(classes), 2)
        case = {"y": listed(y), "test_size": test_size, "test_counts": None}
        train, test = train_test_split(np.arange(n), test_size=test_size, random_state=0)
        case["train_rows"], case["test_rows"] = len(train), len(test)
        seen = set()
        for seed in range(50):  # ties between classes are drawn by lot: keep the case only if there are none
            _, test = train_test_split(y, test_size=test_size, random_state=seed, stratify=y)
            seen.add(tuple(np.bincount(test, minlength=classes).tolist()))
        if len(seen) == 1:
            case["test_counts"] = list(seen.pop())
        cases.append(case)
    return cases


def encoders():
    labels = ["pos", "neg", "Zed", "neg", "\u00e4", "", "\U0001F600", "\uFF5A", "pos"]
    encoder = LabelEncoder().fit(labels)
    return {"labels": labels, "classes": encoder.classes_.tolist(), "numbers": encoder.transform(labels).tolist()}


def scalers():
    x = rng.normal(size=(9, 4)).astype(np.float32).astype(np.float64) * [1, 100, 0.01, 0] + [0, 1000, -3, 2.5]
    x = x.astype(np.float32).astype(np.float64)
    x[2, 0] = np.nan
    other = x[:3] * 2 + 1
    result = {"x": [[None if np.isnan(v) else v for v in row] for row in x.tolist()], "cases": []}
    for name, scaler in [("standard", StandardScaler()), ("minmax", MinMaxScaler()), ("minmax -1 1", MinMaxScaler(feature_range=(-1, 1)))]:
        y = scaler.fit_transform(x)
        z = scaler.transform(other)
        clean = lambda a: [[None if np.isnan(v) else v for v in row] for row in a.tolist()]
        result["cases"].append({"scaler": name, "y": clean(y), "other": clean(z), "back": clean(scaler.inverse_transform(z))})
    return result


def weights():
    return [{"y": listed(y), "weights": listed(compute_class_weight("balanced", classes=np.unique(y), y=y))}
            for y in [np.array([0, 0, 0, 1]), np.array([2, 0, 0, 2, 2, 5, 0, 0])]]


def reports():
    cases = []
    names = [None, ["negative", "positive"], ["a", "b", "a rather long name of a class"], None, ["x", "y", "z", "w"], None]
    for k, (n, classes, digits) in enumerate([(8, 2, 2), (40, 2, 2), (60, 3, 3), (8, 3, 2), (16, 4, 4), (1000, 2, 2)]):
        y = rng.randint(0, classes, n)
        p = np.where(rng.rand(n) < 0.6, y, rng.randint(0, classes, n))
        if k == 3:
            y, p = np.array([0, 0, 0, 0, 0, 0, 0, 1]), np.array([0, 0, 0, 0, 0, 2, 2, 1])  # class 2 never occurs: recall undefined
        if k == 4:
            p = np.where(p == 3, 0, p)  # class 3 never predicted: precision undefined
        labels = np.union1d(y, p) if names[k] is None else np.arange(classes)
        precision, recall, f1, support = metrics.precision_recall_fscore_support(y, p, labels=labels, zero_division=0)
        cases.append({
            "y": listed(y), "p": listed(p), "names": names[k], "digits": digits,
            "precision": listed(precision), "recall": listed(recall), "f1": listed(f1), "support": listed(support),
            "accuracy": float(metrics.accuracy_score(y, p)), "confusion": listed(metrics.confusion_matrix(y, p, labels=labels)),
            "averages": {a: [float(v) for v in metrics.precision_recall_fscore_support(y, p, labels=labels, average=a, zero_division=0)[:3]] for a in ["macro", "weighted"]},
            "text": metrics.classification_report(y, p, labels=None if names[k] is None else labels, target_names=names[k], digits=digits, zero_division=0),
        })
    return cases


def rocs():
    cases = []
    for n, levels in [(8, 4), (50, 10), (200, 1000), (6, 1)]:
        y = rng.randint(0, 2, n)
        y[:2] = [0, 1]
        s = np.round(np.clip(y * 0.3 + rng.rand(n) * 0.7, 0, 1) * levels) / levels
        s = s.astype(np.float32).astype(np.float64)
        fpr, tpr, thresholds = metrics.roc_curve(y, s)
        cases.append({"y": listed(y), "scores": listed(s), "fpr": listed(fpr), "tpr": listed(tpr), "thresholds": listed(thresholds[1:]), "auc": float(metrics.roc_auc_score(y, s))})
    n, classes = 60, 4
    y = rng.randint(0, classes, n)
    s = rng.rand(n, classes) + np.eye(classes)[y]
    s = (s / s.sum(1, keepdims=True)).astype(np.float32).astype(np.float64)
    s /= s.sum(1, keepdims=True)
    several = {"y": listed(y), "scores": listed(s),
               "classes": [float(metrics.roc_auc_score(y == c, s[:, c])) for c in range(classes)],
               "macro": float(metrics.roc_auc_score(y, s, multi_class="ovr")),
               "weighted": float(metrics.roc_auc_score(y, s, multi_class="ovr", average="weighted"))}
    return {"two_classes": cases, "several": several}


def generators():
    data = np.arange(40, dtype=float).reshape(20, 2)
    targets = np.arange(20, dtype=float) * 10
    cases = []
    for arguments in [dict(length=3), dict(length=4, batch_size=5), dict(length=6, sampling_rate=2, stride=3, batch_size=2),
                      dict(length=5, sampling_rate=3, start_index=2, end_index=15, batch_size=4), dict(length=3, reverse=True, batch_size=7),
                      dict(length=19), dict(length=20), dict(length=3, start_index=10, end_index=12)]:
        try:
            g = TimeseriesGenerator(data, targets, **arguments)
            cases.append({"arguments": arguments, "batches": [[listed(x), listed(y)] for x, y in (g[i] for i in range(len(g)))]})
        except ValueError as e:
            cases.append({"arguments": arguments, "error": str(e)})
    return cases


def histograms():
    lengths = rng.randint(1, 60, 100)
    counts, edges = np.histogram(lengths, bins=8)
    return {"lengths": listed(lengths), "counts": listed(counts), "edges": listed(edges), "percentiles": [[q, float(np.percentile(lengths, q))] for q in [0, 25, 50, 90, 95, 99, 100]]}


old = json.load(open(HERE)) if os.path.exists(HERE) else {}
result = {
    "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "keras_preprocessing": keras_preprocessing.__version__, "python": sys.version.split()[0]},
    "splits": splits(), "encoder": encoders(), "scalers": scalers(), "class_weights": weights(), "reports": reports(), "roc": rocs(),
    "generators": generators(), "histogram": histograms(), "timeseries": old.get("timeseries"), "text_dataset": old.get("text_dataset"), "directories": old.get("directories"),
}
if len(sys.argv) > 1:
    tf = json.load(open(os.path.join(sys.argv[1], "text_layers_tf.json")))
    result["timeseries"], result["text_dataset"] = tf["timeseries"], tf["text_dataset"]
    recorded = json.load(open(os.path.join(sys.argv[1], "preprocessing.json")))["cases"]
    result["directories"] = [c for c in recorded if c.get("function") == "text_dataset_from_directory"]
json.dump(result, open(HERE, "w"), indent=None, separators=(",", ":"))
