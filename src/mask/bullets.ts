/** Stands for whatever was left out: always three, so that neither the length nor the emptiness of a part shows. */
export const BULLETS = '•••'
