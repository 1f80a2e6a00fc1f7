#pragma once
// libaec's own header for what it keeps of the szip library's interface, which is HDF5's too.
#include <szlib.h>
