#pragma once
#include <libaec.h>
// What libaec keeps of the szip library's interface, which is HDF5's too: tests compare with it.
#include <szlib.h>
