"""Writes sealed-values.json: sealed values computed from the format's description with Python's standard library alone.

Shares no code with the proxy: ChaCha20 and Poly1305 are written out after RFC 8439, HChaCha20 after
draft-irtf-cfrg-xchacha-03, BLAKE2b and SHA-256 come from hashlib. Run: python3 sealed-values.py > sealed-values.json
"""
import base64
import hashlib
import json
import struct

MASK = 0xFFFFFFFF


def rotate(value, bits):
    return ((value << bits) & MASK) | (value >> (32 - bits))


def quarter(state, a, b, c, d):
    for left, right, target, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[left] = (state[left] + state[right]) & MASK
        state[target] = rotate(state[target] ^ state[left], bits)


def rounds(state):
    work = list(state)
    for _ in range(10):
        for column in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
            quarter(work, *column)
        for diagonal in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(work, *diagonal)
    return work


def initial(key, tail):
    return list(struct.unpack('<4I', b'expand 32-byte k')) + list(struct.unpack('<8I', key)) + list(struct.unpack('<4I', tail))


def hchacha20(key, nonce16):
    work = rounds(initial(key, nonce16))
    return struct.pack('<8I', *work[:4], *work[12:])


def block(key, counter, nonce12):
    state = initial(key, struct.pack('<I', counter) + nonce12)
    return struct.pack('<16I', *[(x + y) & MASK for x, y in zip(rounds(state), state)])


def chacha20(key, counter, nonce12, text):
    stream = b''.join(block(key, counter + index, nonce12) for index in range(-(-len(text) // 64)))
    return bytes(x ^ y for x, y in zip(text, stream))


def poly1305(key, message):
    r = int.from_bytes(key[:16], 'little') & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    s = int.from_bytes(key[16:], 'little')
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at:at + 16] + b'\x01', 'little')) * r % (2 ** 130 - 5)
    return ((total + s) % 2 ** 128).to_bytes(16, 'little')


def pad16(text):
    return text + b'\0' * (-len(text) % 16)


def xchacha20poly1305(key, nonce, text, data):
    subkey, nonce12 = hchacha20(key, nonce[:16]), b'\0\0\0\0' + nonce[16:]
    box = chacha20(subkey, 1, nonce12, text)
    authenticated = pad16(data) + pad16(box) + struct.pack('<QQ', len(data), len(box))
    return box + poly1305(block(subkey, 0, nonce12)[:32], authenticated)


def encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b'=').decode()


def derive(key, context):
    return hashlib.blake2b(b'pgveil/v1/' + context, digest_size=32, key=key).digest()


def pad(plaintext, fixed):
    length = len(plaintext) + 1
    step = 16 if length <= 256 else 64
    padded = 32 if fixed else -(-length // step) * step
    return (plaintext + b'\x80').ljust(padded, b'\0')


def seal(field_key, field_id, key_id, plaintext, fixed, nonce=None):
    header = encode(bytes([1]) + field_id.to_bytes(5, 'big') + key_id)
    before_box = f'~pv1.{header}....'.encode()
    padded = pad(plaintext, fixed)
    if nonce is None:
        signed = struct.pack('>I', len(before_box)) + before_box + padded
        nonce = hashlib.blake2b(signed, digest_size=24, key=derive(field_key, b'nonce')).digest()
    box = nonce + xchacha20poly1305(derive(field_key, b'data'), nonce, padded, before_box)
    before_sum = before_box.decode() + encode(box) + '.'
    return before_sum + hashlib.sha256(before_sum.encode()).hexdigest()[:8] + '.'


FIELD_KEY = bytes(range(32))
KEY_ID = bytes.fromhex('a1b2c3d4e5f6')
NONCE = bytes(range(64, 88))
CASES = [
    (1, '', False), (1, 'anna.berger@example.org', False), (1, 'Zoë Müller-Łukasiewicz', False),
    (2, 'x' * 15, False), (2, 'x' * 16, False), (2, 'y' * 255, False), (2, 'y' * 256, False), (2, 'z' * 319, False), (2, 'z' * 320, False),
    (62, '1984-02-29', True), (62, '5874897-12-31', True), (2 ** 40 - 1, '~pv1. in a value', False),
]

vectors = []
for field_id, text, fixed in CASES:
    for protect in ('random', 'equality'):
        nonce = NONCE if protect == 'random' else None
        vectors.append({
            'fieldKey': FIELD_KEY.hex(), 'fieldId': field_id, 'keyId': KEY_ID.hex(), 'protect': protect, 'isFixedWidth': fixed,
            **({'nonce': nonce.hex()} if nonce else {}), 'plaintext': text,
            'token': seal(FIELD_KEY, field_id, KEY_ID, text.encode(), fixed, nonce),
        })
print(json.dumps(vectors, indent=1, ensure_ascii=False))
