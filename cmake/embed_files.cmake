# tillbridge_embed_files(TARGET FUNCTION FOLDER FILES... [GZIP] [COMMAND ...]): the files of a folder become bytes of the program
# (tools/embed.py); COMMAND makes the folder first. FILES are what it depends on.
function(tillbridge_embed_files target function folder)
  cmake_parse_arguments(EMBED "GZIP" "" "FILES;COMMAND" ${ARGN})
  set(generated ${CMAKE_BINARY_DIR}/embedded/${function}.cpp)
  set(options "")
  if(EMBED_GZIP)
    set(options --gzip)
  endif()
  set(make_folder "")
  if(EMBED_COMMAND)
    set(make_folder COMMAND ${EMBED_COMMAND})
  endif()
  add_custom_command(OUTPUT ${generated}
    ${make_folder}
    COMMAND python3 ${PROJECT_SOURCE_DIR}/tools/embed.py ${folder} ${generated} ${function} ${options}
    DEPENDS ${PROJECT_SOURCE_DIR}/tools/embed.py ${EMBED_FILES}
    COMMENT "Embedding ${function}" USES_TERMINAL VERBATIM)
  target_sources(${target} PRIVATE ${generated})
endfunction()
