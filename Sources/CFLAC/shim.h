// libFLAC's stream decoder, found when the program runs: records in its formats are rare, so the program builds and runs
// without it and says what to install when such a record is read. What is declared here is the part of the library's
// interface that its versions 1.2 to 1.5 share (FLAC/stream_decoder.h, FLAC/format.h).
#pragma once
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

typedef struct einthoven_flac_decoder einthoven_flac_decoder;

// The beginning of FLAC__FrameHeader, and of FLAC__Frame with it.
typedef struct {
  uint32_t block_size, sample_rate, channels;
  int channel_assignment;
  uint32_t bits_per_sample;
  int number_type;
  union {
    uint32_t frame_number;
    uint64_t sample_number;
  } number;
} einthoven_flac_frame;

typedef int (*einthoven_flac_read)(const einthoven_flac_decoder *, uint8_t *buffer, size_t *bytes, void *client);
typedef int (*einthoven_flac_seek)(const einthoven_flac_decoder *, uint64_t offset, void *client);
typedef int (*einthoven_flac_tell)(const einthoven_flac_decoder *, uint64_t *offset, void *client);
typedef int (*einthoven_flac_eof)(const einthoven_flac_decoder *, void *client);
typedef int (*einthoven_flac_write)(const einthoven_flac_decoder *, const einthoven_flac_frame *,
                                    const int32_t *const *channels, void *client);
typedef void (*einthoven_flac_metadata)(const einthoven_flac_decoder *, const void *, void *client);
typedef void (*einthoven_flac_error)(const einthoven_flac_decoder *, int status, void *client);

// What callbacks return: going on is 0 in all of them.
enum { EINTHOVEN_FLAC_GO_ON = 0, EINTHOVEN_FLAC_READ_END = 1, EINTHOVEN_FLAC_READ_ABORT = 2, EINTHOVEN_FLAC_FAILED = 1 };
// FLAC__stream_decoder_get_state.
enum { EINTHOVEN_FLAC_STATE_END = 4 };

typedef struct {
  einthoven_flac_decoder *(*make)(void);
  void (*destroy)(einthoven_flac_decoder *);
  int (*start)(einthoven_flac_decoder *, einthoven_flac_read, einthoven_flac_seek, einthoven_flac_tell,
               einthoven_flac_tell length, einthoven_flac_eof, einthoven_flac_write, einthoven_flac_metadata,
               einthoven_flac_error, void *client);
  int (*read_metadata)(einthoven_flac_decoder *);
  int (*read_frame)(einthoven_flac_decoder *);
  int (*seek)(einthoven_flac_decoder *, uint64_t sample);
  int (*state)(const einthoven_flac_decoder *);
} einthoven_flac;

// Fills the table; 0 where the library, or a function of it, is not there.
static inline int einthoven_flac_load(einthoven_flac *table) {
  static const char *const names[] = {"libFLAC.so.14", "libFLAC.so.12", "libFLAC.so.8", "libFLAC.so",
                                      "libFLAC.dylib", "/opt/homebrew/lib/libFLAC.dylib"};
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++) library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!library) return 0;
  int whole = 1;
#define EINTHOVEN_FLAC(member, name) \
  whole = (*(void **)&table->member = dlsym(library, "FLAC__stream_decoder_" #name)) != NULL && whole
  EINTHOVEN_FLAC(make, new);
  EINTHOVEN_FLAC(destroy, delete);
  EINTHOVEN_FLAC(start, init_stream);
  EINTHOVEN_FLAC(read_metadata, process_until_end_of_metadata);
  EINTHOVEN_FLAC(read_frame, process_single);
  EINTHOVEN_FLAC(seek, seek_absolute);
  EINTHOVEN_FLAC(state, get_state);
#undef EINTHOVEN_FLAC
  return whole;
}
