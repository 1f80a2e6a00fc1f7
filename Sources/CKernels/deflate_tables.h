// What a deflate block is made of (RFC 1951) in the numbers that the bodies share. Included once.
#pragma once

enum {
  // Positions that a 16-bit number tells apart; matches stay within a piece.
  DEFLATE_PIECE = 1 << 16,
  DEFLATE_HASH_BITS = 15,
  // Runs by which others are found that are as long, and so many bits of what is looked up for them.
  DEFLATE_RUNS = 4,
  DEFLATE_RUN_BITS = 12,
  // Positions whose matches are worked out at once, and those that are looked up before.
  DEFLATE_GROUP = 8,
  DEFLATE_BATCH = 64,
  // The most equal bytes that the search tells apart; there may be more.
  DEFLATE_SEEN = 7,
  DEFLATE_LONGEST = 258,
  DEFLATE_END = 256,
  DEFLATE_SYMBOLS = 286,
  DEFLATE_DISTANCES = 30,
  // Symbols of a token: bytes, then 256 and the match's length.
  DEFLATE_TOKEN_SYMBOLS = 256 + DEFLATE_LONGEST + 1,
  // Where a token is a byte: a distance of no bits.
  DEFLATE_NO_DISTANCE = DEFLATE_DISTANCES,
  // So that a length, its distance and both their extra bits fit what a 64-bit word holds behind seven bits.
  DEFLATE_LONGEST_CODE = 14,
};

// A match in 32 bits, 0 where there is none: its distance less one, the symbol of that, its length, and the eighths of a bit
// that it may save. A token has its symbol where a match has its length.
enum {
  DEFLATE_DISTANCE_BITS = 15,
  DEFLATE_SLOT_AT = 15,
  DEFLATE_LENGTH_AT = 20,
  DEFLATE_SAVING_AT = 23,
};

// Section 3.2.5: extra bits of length symbols from 257 on; the first length of each follows from them.
static const uint8_t ek_length_bits[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2,
                                           3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t ek_first_length[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                             31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
typedef struct {
  // The last position with each hash.
  uint16_t heads[1 << DEFLATE_HASH_BITS];
  // Of a batch's positions: where their first three bytes were last seen, and in which bits the eight from there differ.
  uint64_t differences[DEFLATE_BATCH];
  uint16_t seen[DEFLATE_BATCH];
  // For each position its match, then its token, and how far that goes; so long a match may go on.
  uint32_t matches[DEFLATE_PIECE + 2 * DEFLATE_GROUP];
  uint8_t steps[DEFLATE_PIECE];
  // Where runs of equal bytes begin, and where the last ends, and how long they are, if not longer than a byte can tell.
  uint32_t starts[DEFLATE_PIECE + 1];
  uint8_t run_lengths[DEFLATE_PIECE + DEFLATE_RUNS];
  // Of two blocks of half a piece, or of one that is a whole piece: tokens, and how often each symbol and distance occurs.
  uint32_t tokens[DEFLATE_PIECE];
  uint32_t symbols[2][DEFLATE_TOKEN_SYMBOLS + 1];
  uint32_t distances[2][32];
} ek_deflate_space;
