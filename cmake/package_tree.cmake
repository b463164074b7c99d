# Run by CPack on the files of the package before it is closed: adds the systemd unit and its user, and makes of the
# documentation what Debian expects. Needs gzip.
set(tree ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)
set(doc ${tree}/share/doc/longwire)

function(place file folder name)
  file(MAKE_DIRECTORY ${tree}/${folder})
  configure_file(${CPACK_LONGWIRE_PACKAGING}/${file} ${tree}/${folder}/${name} COPYONLY)
  file(CHMOD ${tree}/${folder}/${name} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()
place(longwire@.service lib/systemd/system longwire@.service)
place(longwire.sysusers lib/sysusers.d longwire.conf)
place(copyright share/doc/longwire copyright)
file(REMOVE ${doc}/LICENSE)

string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${doc}/changelog
"longwire (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
foreach(file share/doc/longwire/changelog share/man/man1/longwire.1)
  execute_process(COMMAND gzip --best --no-name ${tree}/${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
