# HypeConfig.cmake: what find_package(Hype) brings.
#
#   Hype::hype               the runtime library and its header
#   hype_enable(TARGET...)   compiles and links these targets through hypecc, whatever the compiler and its launcher are
#   HYPE_HYPECC              the compiler wrapper
#
# With -DCMAKE_C_COMPILER=hypecc every target goes through hypecc already, and hype_enable() adds the header only.
get_filename_component(_hype_prefix "${CMAKE_CURRENT_LIST_DIR}" REALPATH)
while(NOT EXISTS "${_hype_prefix}/bin/hypecc")
    get_filename_component(_hype_parent "${_hype_prefix}" DIRECTORY)
    if(_hype_parent STREQUAL _hype_prefix)
        set(Hype_FOUND FALSE)
        set(Hype_NOT_FOUND_MESSAGE "bin/hypecc is not above ${CMAKE_CURRENT_LIST_DIR}: the installation is not whole")
        return()
    endif()
    set(_hype_prefix "${_hype_parent}")
endwhile()

set(_HYPE_PREFIX "${_hype_prefix}")
set(HYPE_HYPECC "${_hype_prefix}/bin/hypecc")
get_filename_component(_hype_libraries "${CMAKE_CURRENT_LIST_DIR}/../.." REALPATH)

if(NOT TARGET Hype::hype)
    add_library(Hype::hype SHARED IMPORTED)
    set_target_properties(Hype::hype PROPERTIES
        IMPORTED_LOCATION "${_hype_libraries}/libhype.so"
        INTERFACE_INCLUDE_DIRECTORIES "${_hype_prefix}/include")
endif()

function(hype_enable)
    foreach(target IN LISTS ARGN)
        if(NOT TARGET ${target})
            message(FATAL_ERROR "hype_enable(): there is no target '${target}' (yet): call it behind add_executable() or add_library()")
        endif()
        # As an option, since CMake leaves out a folder where the compiler looks by itself, as hypecc does; and then
        # compile_commands.json would not tell clangd.
        target_compile_options(${target} PRIVATE "-isystem${_HYPE_PREFIX}/include")
        foreach(language C CXX)
            if("${CMAKE_${language}_COMPILER}" MATCHES "hypecc$")
                continue()
            endif()
            # In front of a launcher that is there: "hypecc ccache gcc -c ...".
            foreach(property ${language}_COMPILER_LAUNCHER ${language}_LINKER_LAUNCHER)
                get_target_property(launcher ${target} ${property})
                if(NOT launcher)
                    set(launcher)
                endif()
                if(NOT HYPE_HYPECC IN_LIST launcher)
                    list(PREPEND launcher "${HYPE_HYPECC}")
                    set_target_properties(${target} PROPERTIES ${property} "${launcher}")
                endif()
            endforeach()
        endforeach()
    endforeach()
endfunction()
