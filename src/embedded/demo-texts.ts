/** What people write about people: free text with names, numbers, quotes and line breaks in it. */
export interface Named {
  readonly first: string
  readonly last: string
  readonly email: string
  readonly phone: string
}

export interface Texts {
  readonly notes: readonly ((person: Named) => string)[]
  readonly activities: readonly ((person: Named) => string)[]
}

export const germanTexts: Texts = {
  notes: [
    ({ first, last }) => `${first} ${last} möchte nicht am Wochenende angerufen werden.`,
    ({ last, phone }) => `Nur über die Durchwahl ${phone} erreichbar; nach »${last}« fragen.`,
    ({ first }) => `${first} ist bis März in Elternzeit.\nVertretung klären, bevor das Angebot rausgeht.`,
    ({ email }) => `Rechnungen bitte nur noch an ${email}, Passwort „steht auf Papier“.`,
    ({ last }) => `Familie ${last} ist umgezogen; neue Anschrift liegt vor.`,
    () => 'Verträgt keine Nüsse – bei Einladungen beachten!',
  ],
  activities: [
    ({ first, last, phone }) => `Telefonat mit ${first} ${last}: Rückruf unter ${phone} vereinbart.`,
    ({ last }) => `Herr/Frau ${last} bittet um ein neues Angebot; Rabatt 5 % zugesagt.`,
    ({ first, email }) => `Unterlagen an ${first} (${email}) geschickt.`,
    ({ first, last }) => `Besuch vor Ort. ${first} ${last} war krank, Termin verschoben.\nNeuer Vorschlag: Dienstag, 10 Uhr.`,
    () => 'Niemanden erreicht, Nachricht hinterlassen.',
  ],
}

export const englishTexts: Texts = {
  notes: [
    ({ first, last }) => `${first} ${last} prefers e-mail over calls.`,
    ({ first, phone }) => `Ask for ${first} at ${phone}, "the back office".`,
    ({ last }) => `The ${last}s have moved; new address to follow.`,
    ({ email }) => `Send invoices to ${email} only.\nDon't copy accounting.`,
    ({ first }) => `${first}'s contract is up for renewal; on sick leave until May.`,
    () => 'VIP, {gold} tier; allergic to nuts, invite anyway.',
  ],
  activities: [
    ({ first, last, phone }) => `Called ${first} ${last}, will ring back from ${phone}.`,
    ({ last, email }) => `Offer sent to Mr/Ms ${last} at ${email}.`,
    ({ first, last }) => `Met ${first} ${last} at the fair; "very interested", budget approved.`,
    ({ first }) => `${first} didn't show up.\nProposed next Tuesday, 10 a.m.`,
    () => 'No answer, left a message.',
  ],
}
