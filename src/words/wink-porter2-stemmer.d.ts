declare module 'wink-porter2-stemmer' {
  /** The stem of an English word in lower case, by the Snowball stemmer of that name. */
  export default function stem(word: string): string;
}
