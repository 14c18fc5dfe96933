import { escapeHtml, type Mail } from './mail.ts'

/** The mail that confirms an address. The link holds for 24 hours. */
export function verificationMail({
  to,
  username,
  token,
  publicUrl,
}: {
  readonly to: string
  readonly username: string
  readonly token: string
  readonly publicUrl: string
}): Mail {
  const link = new URL(`/verify-email?token=${token}`, publicUrl).href
  return {
    to,
    subject: 'Confirm your address for Vibely',
    text: [
      `Hello ${username},`,
      'open this link within 24 hours to confirm your address:',
      link,
      'If you did not open an account, do nothing: nobody can use your address without this link.',
    ].join('\n\n'),
    html: [
      `<p>Hello ${escapeHtml(username)},</p>`,
      `<p><a href="${escapeHtml(link)}">Confirm your address</a> within 24 hours.</p>`,
      '<p>If you did not open an account, do nothing: nobody can use your address without this link.</p>',
    ].join('\n'),
  }
}
