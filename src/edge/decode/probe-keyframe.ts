/** A keyframe (H.264 Main, 128×96, colour bars) that any decoder of pictures decodes: made with FFmpeg's `smptebars`. */
export const probeKeyframe: Uint8Array = Buffer.from(
  'AAAAAWdNQAu5AiEG2AiAAAADAIAAAAMBB4oUwjAAAAABaOhDg5LIAAABZYiBAAK//vHc8ClvmCAoAKOLYpLAZiTz0jzKa29YNvCjqxbhjWvQrZjv' +
    '2wa9fRBvkXCFiIzihQNq7sERAbgB6BjMhW7N1BNOcKDVmyDRsCum1szNjrpyB38p5qYn1crtFe+qBH09ZBtSg8gKDi56g6yuJaYu6RcTVOYqmPnx' +
    'ZPLudKv5LzhxSWOtCDkutJDV/t8kD/6OL4x3qtibSdvjqB1wkH3MLmqa+qp2fpV8igFLMPTlN7N9nBnvOhaPIp8i5y/kD2/nqvvDSNLry9I1wCJH' +
    '8RZ2XrU8Dg3qosToV0MzqR90CJEJz9fJ1ZP9',
  'base64',
);
