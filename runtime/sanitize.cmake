# Options of a build that checks itself: `nox -s sanitize`.
set(AXON_SANITIZE "" CACHE STRING "Build with these sanitizers: address,undefined or thread")
if(AXON_SANITIZE)
  add_compile_options(-fsanitize=${AXON_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer -g1 -O1)
  add_link_options(-fsanitize=${AXON_SANITIZE})
endif()
