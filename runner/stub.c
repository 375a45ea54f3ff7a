/* stub.c: an empty library that bears libhype's name; see load.c. */
extern const char hype_stub_library;
const char hype_stub_library __attribute__((visibility("hidden"))) = 1;
