"""Prints the events of a TensorBoard file, checksums verified; with TensorBoard's own reader too where there is one."""
import struct
import sys


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def masked(data):
    value = crc32c(data)
    return (((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif kind == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        else:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        yield key >> 3, value


data = open(sys.argv[1], "rb").read()
at = 0
while at < len(data):
    (size,) = struct.unpack_from("<Q", data, at)
    payload = data[at + 12 : at + 12 + size]
    assert struct.unpack_from("<I", data, at + 8)[0] == masked(data[at : at + 8])
    assert struct.unpack_from("<I", data, at + 12 + size)[0] == masked(payload)
    at += 16 + size
    event = list(fields(payload))
    step = dict(event).get(2, 0)
    head = f"{dict(event)[1]} {step}"
    for number, value in event:
        if number == 3:
            print(head, "version", value.decode())
        if number == 7:
            print(head, "session", dict(fields(value))[1])
        if number == 5:
            for _, scalar in fields(value):
                scalar = dict(fields(scalar))
                print(head, scalar[1].decode(), scalar[2])

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError:
    sys.exit()
events = EventAccumulator(sys.argv[1])
events.Reload()
assert [(e.step, e.value) for e in events.Scalars("training/loss")] == [(7, 0.25), (100000, 0.125)]
assert [(e.step, e.value) for e in events.Scalars("validation/mae")] == [(7, -3.0)]
