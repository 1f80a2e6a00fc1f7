#pragma once
#include <hdf5.h>

// HDF5's constants are macros that open the library first; Swift cannot see them, so each has a function here.
#define EINTHOVEN_CONSTANT(type, name, value) \
  static inline type einthoven_##name(void) { return (value); }

EINTHOVEN_CONSTANT(hid_t, int8, H5T_STD_I8LE)
EINTHOVEN_CONSTANT(hid_t, uint8, H5T_STD_U8LE)
EINTHOVEN_CONSTANT(hid_t, int16, H5T_STD_I16LE)
EINTHOVEN_CONSTANT(hid_t, int32, H5T_STD_I32LE)
EINTHOVEN_CONSTANT(hid_t, int64, H5T_STD_I64LE)
EINTHOVEN_CONSTANT(hid_t, float32, H5T_IEEE_F32LE)
EINTHOVEN_CONSTANT(hid_t, float64, H5T_IEEE_F64LE)
EINTHOVEN_CONSTANT(hid_t, string, H5T_C_S1)
EINTHOVEN_CONSTANT(hid_t, dataset_create, H5P_DATASET_CREATE)
EINTHOVEN_CONSTANT(hid_t, group_create, H5P_GROUP_CREATE)
EINTHOVEN_CONSTANT(hid_t, default_list, H5P_DEFAULT)
EINTHOVEN_CONSTANT(hid_t, whole_space, H5S_ALL)
EINTHOVEN_CONSTANT(hsize_t, unlimited, H5S_UNLIMITED)
EINTHOVEN_CONSTANT(unsigned, exclusive, H5F_ACC_EXCL)
EINTHOVEN_CONSTANT(unsigned, read_only, H5F_ACC_RDONLY)

// Keeps HDF5 from printing its error stack: errors are reported by the caller, in one line.
static inline int einthoven_silence(void) { return H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }
