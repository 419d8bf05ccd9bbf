#!/usr/bin/python3
"""GStreamer's RTSP server for tests: mounts and users from one JSON argument, the port on standard output.

Argument: {"mounts": [{"path", "kind": "file"|"audio"|"jpeg"|"encoded", "file", "plays",
"codec": "h264"|"h265"|"jpeg", "transport": "tcp"|"udp"|"both"}], "auth": null | {"method":
"basic"|"digest", "username", "password"}, "port": 0, "tls": {"cert", "key"} (PEM texts)}. Prints {"port": N} when it listens. Ends on SIGTERM and when standard
input closes, so that it never outlives the test that started it.
"""

import json
import os
import signal
import sys
import tempfile

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

ROLE = "viewer"
SCRATCH = tempfile.TemporaryDirectory(prefix="gst-rtsp-server-")


ENCODERS = {
    "h264": "openh264enc gop-size=6 ! video/x-h264,profile=constrained-baseline",
    "h265": "x265enc key-int-max=6 speed-preset=ultrafast tune=zerolatency",
    "jpeg": "jpegenc quality=70",
}
PAYLOADERS = {
    "h264": "h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 mtu=1400",
    "h265": "h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1 mtu=1400",
    "jpeg": "rtpjpegpay name=pay0 pt=26 mtu=1400",
}
TRANSPORTS = {
    "tcp": GstRtsp.RTSPLowerTrans.TCP,
    "udp": GstRtsp.RTSPLowerTrans.UDP,
    "both": GstRtsp.RTSPLowerTrans.TCP | GstRtsp.RTSPLowerTrans.UDP,
}


def launch_of(mount):
    """The pipeline of a mount; sinks keep real time, so a file comes as a camera would send it."""
    kind = mount.get("kind", "file")
    if kind == "audio":
        return "( audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8 )"
    if kind == "jpeg":
        picture = "video/x-raw,format=I420,width=320,height=240,framerate=10/1"
        return f"( videotestsrc is-live=true ! {picture} ! jpegenc ! rtpjpegpay name=pay0 pt=26 )"
    codec = mount.get("codec", "h264")
    if kind == "encoded":
        # A moving pattern with one frame in six a keyframe, encoded here: no file, no end.
        source = "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=15/1"
        return f"( {source} ! {ENCODERS[codec]} ! {PAYLOADERS[codec]} )"
    location = json.dumps(mount["file"])
    pay = PAYLOADERS[codec]
    if mount["file"].endswith(".mkv"):
        return f"( filesrc location={location} ! matroskademux ! {pay} )"
    plays = int(mount.get("plays", 1))
    if plays == 1:
        return f"( filesrc location={location} ! qtdemux ! {pay} )"
    # splitmuxsrc plays parts one after the other and keeps RTP time without a seam: the same file under many names.
    parts = tempfile.mkdtemp(prefix="gst-rtsp-", dir=SCRATCH.name)
    for number in range(plays):
        os.symlink(os.path.abspath(mount["file"]), os.path.join(parts, f"{number:04}.mp4"))
    return f"( splitmuxsrc location={json.dumps(parts + '/*.mp4')} ! {pay} )"


def access_for(auth):
    """Basic or Digest for one user of one role."""
    guard = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    user, password = auth["username"], auth["password"]
    if auth["method"] == "digest":
        guard.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        guard.add_digest(user, password, token)
    else:
        guard.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        guard.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    return guard


def open_with_tls(tls):
    """TLS for the whole server, for anyone."""
    guard = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    guard.set_default_token(token)
    pem = tls["cert"] + "\n" + tls["key"]
    guard.set_tls_certificate(Gio.TlsCertificate.new_from_pem(pem, -1))
    return guard


def main():
    config = json.loads(sys.argv[1])
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(config.get("port", 0)))
    if config.get("auth"):
        server.set_auth(access_for(config["auth"]))
    elif config.get("tls"):
        server.set_auth(open_with_tls(config["tls"]))
    for mount in config["mounts"]:
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(launch_of(mount))
        # Not shared: every client gets its own pipeline, from the beginning of the file.
        factory.set_shared(False)
        factory.set_protocols(TRANSPORTS[mount.get("transport", "tcp")])
        if config.get("auth") or config.get("tls"):
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role(ROLE, "media.factory.access", True)
            permissions.add_permission_for_role(ROLE, "media.factory.construct", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(mount["path"], factory)
    if server.attach(None) == 0:
        sys.exit("cannot listen")
    loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGTERM, loop.quit)
    GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_HIGH, GLib.IOCondition.HUP, lambda *_: loop.quit())
    print(json.dumps({"port": server.get_bound_port()}), flush=True)
    loop.run()


main()
