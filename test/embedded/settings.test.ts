import t from 'tap'
import { settingsFile } from '../../src/embedded/settings.js'

t.match(settingsFile("/a'b/pg", 5432, {}), /^include '\/a''b\/pg\/postgresql\.conf'\n/)
t.match(settingsFile('/pg', 5432, { search_path: "a'\\b" }), /^search_path = 'a''\\\\b'$/m)
t.match(settingsFile('/pg', 5432, { timezone: 'Europe/Berlin' }), /^timezone = 'Europe\/Berlin'$/m)
t.match(settingsFile('/pg', 5432, { listen_addresses: '*', unix_socket_directories: '/tmp' }), /^listen_addresses = '127\.0\.0\.1'\nunix_socket_directories = ''$/m, 'loopback is no option')
t.throws(() => settingsFile('/pg', 5432, { "a = 'b'\nc": '1' }), { code: 'embedded_failed' })
t.throws(() => settingsFile('/pg', 5432, { a: "1\nlisten_addresses = '*'" }), { code: 'embedded_failed' })
