#include <math.h>

// Programs are built against a newer C library than the one they run on (2.34 on Amazon Linux 2023). What the newer one gives a
// version of its own is defined here, and the linker takes this. A test reads which versions the programs ask for.

// Version 2.35. Within one unit of the last place: the squares of floats fit a double, their sum is rounded once.
float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) return INFINITY;
    return (float)sqrt((double)x * x + (double)y * y);
}
