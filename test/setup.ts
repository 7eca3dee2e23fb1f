/**
 * Before all tests: nothing of the machine they run on may matter. No test may reach an account of AWS,
 * and the SDK must not write its warning about Node 20 between the dots.
 */
for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
Object.assign(process.env, {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});
delete process.env['HA_UPDATER_SPEED'];
