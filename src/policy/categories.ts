/**
 * The data categories that need no declaration: the `user` branch of the fideslang taxonomy (https://ethyca.github.io/fideslang/),
 * with some keys for what European CRMs hold besides. Data, not code: a category outside it is declared under `categories`.
 */
const NAMES = ['user.name', 'user.name.first', 'user.name.last']

const CONTACT = [
  'user.contact', 'user.contact.email', 'user.contact.phone_number', 'user.contact.fax_number', 'user.contact.organization', 'user.contact.url',
  'user.contact.address', 'user.contact.address.street', 'user.contact.address.postal_code', 'user.contact.address.city',
  'user.contact.address.state', 'user.contact.address.country',
]

const DEMOGRAPHIC = [
  'user.demographic', 'user.demographic.age_range', 'user.demographic.date_of_birth', 'user.demographic.gender', 'user.demographic.language',
  'user.demographic.marital_status', 'user.demographic.political_opinion', 'user.demographic.profile', 'user.demographic.race_ethnicity',
  'user.demographic.religious_belief', 'user.demographic.sexual_orientation', 'user.demographic.trade_union', 'user.demographic.nationality',
]

const FINANCIAL = [
  'user.financial', 'user.financial.bank_account', 'user.financial.credit_card', 'user.financial.mandate', 'user.payment',
]

const GOVERNMENT = [
  'user.government_id', 'user.government_id.birth_certificate', 'user.government_id.drivers_license_number', 'user.government_id.immigration',
  'user.government_id.national_identification_number', 'user.government_id.passport_number', 'user.government_id.social_security',
  'user.government_id.tax_id', 'user.government_id.vehicle_registration',
]

const HEALTH = [
  'user.health_and_medical', 'user.health_and_medical.genetic', 'user.health_and_medical.insurance_beneficiary_id',
  'user.health_and_medical.record_id', 'user.biometric', 'user.biometric.fingerprint', 'user.biometric.retinal', 'user.biometric.voice',
  'user.biometric_health',
]

const ACCOUNT = [
  'user.account', 'user.account.preferences', 'user.account.settings', 'user.account.username', 'user.authorization',
  'user.authorization.biometric', 'user.authorization.credentials', 'user.authorization.password', 'user.authorization.passwordless',
  'user.unique_id', 'user.unique_id.pseudonymous', 'user.privacy_preferences',
]

const BEHAVIOUR = [
  'user.behavior', 'user.behavior.browsing_history', 'user.behavior.media_consumption', 'user.behavior.purchase_history',
  'user.behavior.search_history', 'user.social', 'user.sensor', 'user.telemetry', 'user.user_sensor',
]

const DEVICE = [
  'user.device', 'user.device.cookie', 'user.device.cookie_id', 'user.device.device_id', 'user.device.ip_address', 'user.device.telemetry',
  'user.location', 'user.location.imprecise', 'user.location.precise',
]

const CONTENT_AND_WORK = [
  'user.content', 'user.content.private', 'user.content.public', 'user.content.self_image', 'user.childrens', 'user.criminal_history',
  'user.job_title', 'user.workplace', 'user.employment_history', 'user.education_history',
]

/** Every category that a policy may use without declaring it. */
export const KNOWN_CATEGORIES: ReadonlySet<string> = new Set([
  'user', ...NAMES, ...CONTACT, ...DEMOGRAPHIC, ...FINANCIAL, ...GOVERNMENT, ...HEALTH, ...ACCOUNT, ...BEHAVIOUR, ...DEVICE, ...CONTENT_AND_WORK,
])
