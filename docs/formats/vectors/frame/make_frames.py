"""Two frames made without any code of Twinward: docs/formats/frame.md in Python.

Needs Debian's python3-cryptography; CBOR is written by hand below. Prints the vectors of python-frames.json. Fixed keys,
salt and times, so that the output is always the same.
"""

import hashlib
import json
import struct

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SEED = bytes(range(32))
AAD = b"twinward-frame-v1"


def head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, form in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if argument < 1 << 8 * struct.calcsize(form):
            return bytes([major << 5 | info]) + struct.pack(form, argument)


def cbor(item):
    if isinstance(item, int):
        return head(0, item) if item >= 0 else head(1, -1 - item)
    if isinstance(item, float):
        return b"\xfb" + struct.pack(">d", item)
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        return head(3, len(item.encode())) + item.encode()
    if isinstance(item, list):
        return head(4, len(item)) + b"".join(map(cbor, item))
    if isinstance(item, dict):
        return head(5, len(item)) + b"".join(cbor(key) + cbor(value) for key, value in item.items())
    if isinstance(item, Tagged):
        return head(6, item.number) + cbor(item.item)
    raise TypeError(item)


class Tagged:
    def __init__(self, number, item):
        self.number, self.item = number, item


def make(content_type, payload, sequence, previous, alg):
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    table = cbor({"v": 1, "device": "plc9", "signals": [["L_T7", "m"], ["F_V2", "L/s"]]})
    protected = cbor({
        1: alg,
        3: content_type,
        4: hashlib.sha256(raw).digest()[:16],
        15: {1: "plc9", 3: "c-town", 6: 1760000000.5, 7: bytes(range(16))},
        -65537: 1,
        -65538: sequence,
        -65539: previous,
        -65540: hashlib.sha256(table).digest(),
    })
    signed = cbor(["Signature1", protected, AAD, payload])
    frame = cbor(Tagged(18, [protected, {}, payload, key.sign(signed)]))
    digest = hashlib.sha256(signed).digest()
    return digest, {
        "contentType": content_type,
        "algorithm": alg,
        "publicKey": raw.hex(),
        "signalTable": table.hex(),
        "frame": frame.hex(),
        "digest": digest.hex(),
        "readings": READINGS,
    }


READINGS = [["L_T7", 1760000000000, 2.25, "good"], ["F_V2", 1760000000250, -17.5, "uncertain"],
            ["L_T7", 1760000001000, 2.26, "good"]]

columns = cbor({
    1: 1760000000000,
    2: Tagged(64, bytes([0, 1, 0])),
    3: Tagged(69, struct.pack("<3H", 0, 250, 1000)),
    4: Tagged(86, struct.pack("<3d", 2.25, -17.5, 2.26)),
    5: Tagged(64, bytes([0, 1, 0])),
})
senml = cbor([
    {-3: 1760000000, 0: "L_T7", 1: "m", 2: 2.25},
    {0: "F_V2", 1: "l/s", 6: 0.25, 2: -17.5, "quality": "uncertain"},
    {0: "L_T7", 1: "m", 6: 1, 2: 2.26},
])

first_digest, first = make("application/vnd.twinward.columns+cbor", columns, 0, bytes(32), -8)
_, second = make("application/senml+cbor", senml, 1, first_digest, -19)
print(json.dumps([first, second], indent=1))
