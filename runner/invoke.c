/*
 * invoke.c: the call itself, through libffi.
 *
 * The generated code knows the function's calling convention in full (bit-fields, vectors, 128-bit integers and
 * structs by value among it); what crosses here is its invoke function, whose one argument is the frame.
 */
#include "runner.h"

#include <ffi.h>

int invoke_entry(const struct hype_entry *entry, void *frame, hype_error **error)
{
    ffi_type *types[] = {&ffi_type_pointer};
    void *values[] = {&frame};
    ffi_cif cif;
    if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_void, types) != FFI_OK)
        return error_set(error, HYPE_INCOMPATIBLE, "libffi cannot prepare the call of %s()", entry->name);
    ffi_call(&cif, FFI_FN(entry->invoke), NULL, values);
    return 0;
}
