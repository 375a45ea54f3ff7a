# hypecc-scan: reads a C unit with libclang and writes the generated C.
#
# The one part that needs libclang: a program of its own, so that the wrapper starts without loading it.
find_path(HYPE_LIBCLANG_INCLUDE clang-c/Index.h
          PATHS /usr/lib/llvm-19/include /usr/lib/llvm-20/include /usr/lib/llvm-18/include)
find_library(HYPE_LIBCLANG NAMES clang-19 clang
             PATHS /usr/lib/llvm-19/lib /usr/lib/llvm-20/lib /usr/lib/llvm-18/lib)
if(NOT HYPE_LIBCLANG_INCLUDE OR NOT HYPE_LIBCLANG)
    message(FATAL_ERROR "hypecc-scan needs libclang and its headers (Debian: libclang-19-dev)")
endif()

add_executable(hypecc-scan
    ${CMAKE_CURRENT_LIST_DIR}/arena.c
    ${CMAKE_CURRENT_LIST_DIR}/diagnose.c
    ${CMAKE_CURRENT_LIST_DIR}/emit.c
    ${CMAKE_CURRENT_LIST_DIR}/explain.c
    ${CMAKE_CURRENT_LIST_DIR}/expression.c
    ${CMAKE_CURRENT_LIST_DIR}/model.c
    ${CMAKE_CURRENT_LIST_DIR}/linker_options.c
    ${CMAKE_CURRENT_LIST_DIR}/options.c
    ${CMAKE_CURRENT_LIST_DIR}/scan.c
    ${CMAKE_CURRENT_LIST_DIR}/scan_annotation.c
    ${CMAKE_CURRENT_LIST_DIR}/scan_global.c
    ${CMAKE_CURRENT_LIST_DIR}/scan_kind.c
    ${CMAKE_CURRENT_LIST_DIR}/scan_main.c
    ${CMAKE_CURRENT_LIST_DIR}/scan_pointer.c
    ${CMAKE_CURRENT_LIST_DIR}/scan_text.c
    ${CMAKE_CURRENT_LIST_DIR}/scan_type.c
    ${CMAKE_CURRENT_LIST_DIR}/scan_union.c)
target_include_directories(hypecc-scan PRIVATE ${PROJECT_SOURCE_DIR}/include)
target_include_directories(hypecc-scan SYSTEM PRIVATE ${HYPE_LIBCLANG_INCLUDE})
target_link_libraries(hypecc-scan PRIVATE hype-options ${HYPE_LIBCLANG})
# Beside nothing that users call: hypecc finds it there.
set_target_properties(hypecc-scan PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS hypecc-scan RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/hype)
