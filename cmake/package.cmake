# The Debian package: cmake --build ... --target package.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME longwire)
set(LONGWIRE_MAINTAINER "Longwire contributors <longwire@localhost>" CACHE STRING "maintainer of the package, with a mail address")
set(CPACK_PACKAGE_CONTACT "${LONGWIRE_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "how HTTP connections were really used, in SQL")
set(CPACK_PACKAGE_DESCRIPTION
"Reads packet captures, or captures itself, follows every TCP connection and
leaves one SQLite database with a row for each connection, each exchange of
HTTP/1.x and HTTP/2, each WebSocket message, TLS handshake and oddity. Views in
the database answer which connections were kept alive and reused, which were
closed, by whom and why, and what each request cost.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # by dpkg-shlibdeps
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "sqlite3, openssl")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/packaging/postinst ${PROJECT_SOURCE_DIR}/packaging/prerm ${PROJECT_SOURCE_DIR}/packaging/postrm)

# What a package has beside what `cmake --install` puts in place.
set(CPACK_LONGWIRE_PACKAGING ${PROJECT_SOURCE_DIR}/packaging)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/package_tree.cmake)
include(CPack)
